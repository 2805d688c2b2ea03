-- Run once, as superuser, when the composition's PostgreSQL makes its cluster. The service never
-- comes as superuser: `migrate` and the command line are the owner of the database, gateway and
-- worker log in as roles that can do their own work only.
\getenv owner_password PILOTZONE_DB_PASSWORD
\getenv gateway_password PILOTZONE_GATEWAY_DB_PASSWORD
\getenv worker_password PILOTZONE_WORKER_DB_PASSWORD

CREATE ROLE pilotzone LOGIN PASSWORD :'owner_password';
CREATE ROLE pilotzone_gateway LOGIN PASSWORD :'gateway_password';
CREATE ROLE pilotzone_worker LOGIN PASSWORD :'worker_password';
CREATE DATABASE pilotzone OWNER pilotzone;

-- Without a password nobody is superuser over the network; within the container, `psql -U postgres`.
ALTER ROLE CURRENT_USER PASSWORD NULL;

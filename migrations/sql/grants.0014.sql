-- To update the one column is what FOR UPDATE takes: who spends a nonce forgets outdated ones.
GRANT SELECT, INSERT, DELETE, UPDATE (expires_at) ON signature_nonce TO pilotzone_gateway;

"""Whether a request is as its sender made it: digests of bodies, signatures."""

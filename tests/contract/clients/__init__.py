"""A client that is generated from the contract, and what the tools of Node.js are told."""

"""Live: what happens in rounds, told to all who listen; looked at and written once for all."""

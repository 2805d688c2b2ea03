"""Events over HTTP, as they happen."""

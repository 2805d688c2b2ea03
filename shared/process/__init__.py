"""How a process of the service begins, and how it ends with the one that started it."""

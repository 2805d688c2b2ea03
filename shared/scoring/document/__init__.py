"""Reading a framework document, and everything that is wrong with it."""

"""The rules of the assessment: pure functions over numpy arrays, no input or output."""

"""Sessions: who signed in with a key, until they sign out, their time is over, or the key ends."""

"""The wall: a round at a glance from across a room, without controls."""

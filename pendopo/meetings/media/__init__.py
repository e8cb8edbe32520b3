"""The live half of a meeting: the line to the media server, the signalling, and what happens in the room."""

"""Room `notify`: people's addresses and wishes, notices, and how they are delivered."""

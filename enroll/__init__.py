"""The web pages: who is enrolled, enrolling, erasing. There is no way from here to a lock."""

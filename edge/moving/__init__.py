"""People on their way from one device to another, with their vectors and what they agreed to."""

"""What whoever watches over this installation may ask without signing in: figures and health."""

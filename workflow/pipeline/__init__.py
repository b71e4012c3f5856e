"""Use cases that take a while: taking pictures in, and tracking sites through them."""

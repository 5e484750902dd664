"""newsgen: a generator of static news archives."""

__version__ = "0.1.0"

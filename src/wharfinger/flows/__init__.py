"""Acts that cross rooms: win, re-open, drop-ship."""

"""The floor: the same rows as our acts write, by hand-written set-based SQL on the bare driver, and nothing else.

No framework, no checks beyond what a correct answer needs: the key, the locks, the reads that decide, the
rows. Every statement's text is made once. What our actions cost more than this is ours to win.
"""

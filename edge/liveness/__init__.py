"""What tells a living face from a picture of one: pure cues, one a file, over samples of frames.

Nothing here reads pixels, loads a network or knows a door. What pixels are needed for is measured
in :mod:`edge.vision.liveness`; what follows from the cues is decided in
:mod:`edge.door.liveness`.
"""

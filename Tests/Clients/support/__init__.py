"""What the tests of this folder share: the host process, raw HTTP/2 frames, bounded waiting."""

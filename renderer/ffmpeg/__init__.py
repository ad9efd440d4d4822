"""The edge to ffmpeg: finding the binary, argument lists as pure values, and running them."""

"""Make an animation of the frames that the browser tests took: `animate.py FRAMES OUT.gif`.

A frame is named `NUMBER-TENTHS.png`: it is shown for so many tenths of a second.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

# Wide enough to read, small enough to load.
WIDTH = 960
COLOURS = 128


def animate(frames: list[Path], out: Path) -> None:
    """Write the frames as one endless GIF of few colours, which user interfaces get along with."""
    images = []
    for frame in frames:
        with Image.open(frame) as image:
            size = (WIDTH, round(image.height * WIDTH / image.width))
            scaled = image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
        images.append(scaled.quantize(COLOURS, dither=Image.Dither.NONE))
    images[0].save(
        out,
        save_all=True,
        append_images=images[1:],
        duration=[100 * int(frame.stem.split("-")[1]) for frame in frames],
        loop=0,
        optimize=True,
    )


def main() -> int:
    """Read the command line; 2 where there is nothing to do."""
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    frames = sorted(folder.glob("*-*.png"))
    if not frames:
        print(f"{folder} holds no frames: run `jlpm screenshots` first", file=sys.stderr)
        return 2
    animate(frames, out)
    print(f"{out}: {len(frames)} frames, {out.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What is published of the processors of Raspberry Pis, as far as it tells how fast networks run.

Rates are those that MobileNets reach: networks of the embedder's kind (1×1 and depthwise convolutions,
0.57·10⁹ multiplications in the first version), so what they wait for their memory is in them. The
lower figure of a range is MobileNet v2's, the higher v1's, unless it says otherwise.

* *XNNPACK*: README of google/XNNPACK, “Raspberry Pi”, of 8 February 2022: multi-threaded, ARM64.
* *ncnn*: ``benchmark/README.md`` of Tencent/ncnn: “Raspberry Pi 4 Model B … (1.8GHz x 4)” and
  “Rockchip RK3588 (Cortex-A76 2.4GHz x 4 …)”, which has the cores and the clock of a Raspberry Pi 5 and
  a memory twice as wide. Its figures without int8 are of float16 there.
* *OpenCV Zoo*: ``benchmark/README.md`` of opencv/opencv_zoo, opencv-python 4.7: the same programs on a
  Raspberry Pi 4B and on an Intel 12700K.
* *Arm*: Cortex-A76 Software Optimization Guide, “ASIMD floating-point” and “ASIMD integer”: two
  multiply-adds of four float32, or two dot products of sixteen int8, each cycle.
* *Raspberry Pi*: “Introducing: Raspberry Pi 5!”, 28 September 2023: two to three times the processor of
  a Raspberry Pi 4; data sheets: LPDDR4-3200 and LPDDR4X-4267, 32 bits wide.
"""

from __future__ import annotations

from dataclasses import dataclass

V1, V2 = 569e6, 300e6
"""Multiplications of MobileNet v1 (Howard et al. 2017, https://arxiv.org/abs/1704.04861, table 4) and
v2 (Sandler et al. 2018, https://arxiv.org/abs/1801.04381, table 4), 224×224 pixels."""

HALF = 0.5
"""Of a core's peak, taken for the most that a network reaches where nothing is published: on x86-64
the embedder in eight bits reaches that much (``bench/limit.py``)."""

A76_CLOCK = 2.4e9
A76_FLOAT, A76_INT8 = 8, 32
"""Multiplications each cycle. *Arm*."""


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the most of something."""

    low: float
    high: float

    def times(self, factor: Range) -> Range:
        """Return the range of products."""
        return Range(self.low * factor.low, self.high * factor.high)


@dataclass(frozen=True, slots=True)
class Pace:
    """Multiplications a second with so many *threads*, in *eight* bits and in *whole* float32."""

    threads: int
    eight: Range
    whole: Range


@dataclass(frozen=True, slots=True)
class Board:
    """One Raspberry Pi.

    *bytes_a_second* from its memory; *slower*: how many times as long as a desktop's core it takes for
    what is neither a network nor a search.
    """

    name: str
    paces: tuple[Pace, ...]
    bytes_a_second: float
    slower: Range


def _rate(multiplications: float, milliseconds: float) -> float:
    return multiplications / milliseconds * 1000


PI_4_ONE = Pace(
    threads=1,
    # XNNPACK's v2 on four cores is at least four times that of one; ncnn's v1 was timed on one.
    eight=Range(_rate(V2, 17) / 4, _rate(V1, 84.66)),
    whole=Range(_rate(V2, 92.98), _rate(V1, 123.76)),  # ncnn
)
PI_4_FOUR = Pace(
    threads=4,
    eight=Range(_rate(V2, 17), _rate(V1, 24)),  # XNNPACK
    whole=Range(_rate(V2, 46), _rate(V1, 77)),  # XNNPACK
)

SCALING_EIGHT = Range(84.66 / 34.19, 32.51 / 8.89)
SCALING_WHOLE = Range(123.76 / 60.74, 41.17 / 11.01)
"""How many times as fast four threads are as one. *ncnn*, MobileNet v1: Raspberry Pi 4, whose memory is
as narrow, and RK3588, which has the same cores."""

PI_5_ONE = Pace(
    threads=1,
    eight=Range(_rate(V1, 32.51), HALF * A76_INT8 * A76_CLOCK),  # ncnn; Arm
    # Half of what v2 reaches in float16, of which twice as many fit into a register. ncnn; Arm.
    whole=Range(_rate(V2, 27.27) / 2, HALF * A76_FLOAT * A76_CLOCK),
)
PI_5_FOUR = Pace(
    threads=4,
    eight=PI_5_ONE.eight.times(SCALING_EIGHT),
    whole=PI_5_ONE.whole.times(SCALING_WHOLE),
)

PI_4_SLOWER = Range(5.76 / 1.23, 5.41 / 0.70)
"""*OpenCV Zoo*: its reader of QR codes, and YuNet on 160×120 pixels."""

BOARDS = (
    Board(
        name="Pi 4",
        paces=(PI_4_ONE, PI_4_FOUR),
        bytes_a_second=HALF * 3200e6 * 4,
        slower=PI_4_SLOWER,
    ),
    Board(
        name="Pi 5",
        paces=(PI_5_ONE, PI_5_FOUR),
        bytes_a_second=HALF * 4267e6 * 4,
        slower=Range(PI_4_SLOWER.low / 3, PI_4_SLOWER.high / 2),  # Raspberry Pi
    ),
)

"""Between which values the layers of SFace work, as measured on faces.

Data only; `bench/ranges.py` writes this file.
"""

from __future__ import annotations

PROVENANCE = (
    "Labeled Faces in the Wild, deep-funneled, 200 photos of people with one photo alone; model "
    "sface e311e79352b3; 2026-11-25; python bench/ranges.py"
)

RANGES: dict[str, tuple[float, float]] = {
    "conv_2_dw_relu": (-4.338, 8.78),
    "conv_2_batchnorm": (-9.145, 8.109),
    "conv_3_dw_relu": (-3.057, 8.711),
    "conv_3_batchnorm": (-6.035, 5.78),
    "conv_4_dw_relu": (-2.236, 9.334),
    "conv_4_batchnorm": (-6.737, 5.168),
    "conv_5_dw_relu": (-3.882, 7.602),
    "conv_5_batchnorm": (-5.127, 5.794),
    "conv_6_dw_relu": (-2.032, 8.938),
    "conv_6_batchnorm": (-6.413, 6.348),
    "conv_7_dw_relu": (-4.158, 8.845),
    "conv_7_batchnorm": (-4.611, 6.778),
    "conv_8_dw_relu": (-2.415, 10.16),
    "conv_8_batchnorm": (-5.354, 6.408),
    "conv_9_dw_relu": (-2.631, 10.31),
    "conv_9_batchnorm": (-5.187, 6.843),
    "conv_10_dw_relu": (-3.165, 11.5),
    "conv_10_batchnorm": (-5.58, 7.366),
    "conv_11_dw_relu": (-2.28, 10.03),
    "conv_11_batchnorm": (-5.577, 7.095),
    "conv_12_dw_relu": (-2.004, 9.343),
    "conv_12_batchnorm": (-5.986, 6.63),
    "conv_13_dw_relu": (-3.034, 9.663),
    "conv_13_batchnorm": (-5.4, 6.478),
    "conv_14_dw_relu": (-0.5828, 8.514),
    "conv_14_batchnorm": (-6.055, 4.505),
    "conv_14_relu": (-0.4752, 4.839),
    "fc1": (-4.753, 4.088),
}

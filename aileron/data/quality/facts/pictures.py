"""Facts of pictures: by SQL over ``samples.parquet``, and of pixels where one asks for them."""

from __future__ import annotations

from typing import Final

from aileron.data.quality.facts.fact import Fact

SLACK: Final = 0.5
"""Pixels by which a box may reach over the edge: tools round."""
_BOX: Final = "o.box.width, o.box.height"
_OUTSIDE: Final = (
    f"lambda o: o.box.x < -{SLACK} OR o.box.y < -{SLACK}"
    f" OR o.box.x + o.box.width > width + {SLACK} OR o.box.y + o.box.height > height + {SLACK}"
)
_SIDES: Final = f"list_transform(objects, lambda o: least({_BOX}))"
_AREAS: Final = "list_transform(objects, lambda o: o.box.width * o.box.height)"
_NAMES: Final = "list_concat(labels, list_transform(objects, lambda o: o.label))"

FACTS: Final = (
    Fact("label", "category", "labels of the picture and of what is drawn on it, joined by ;",
         "图片及其标注对象的标签，以 ; 连接",
         f"array_to_string(list_sort(list_distinct({_NAMES})), ';')"),
    Fact("objects", "number", "objects that are drawn on it", "标注对象数", "len(objects)"),
    Fact("width", "number", "pixels, upright", "宽（像素，已转正）", "width"),
    Fact("height", "number", "pixels, upright", "高（像素，已转正）", "height"),
    Fact("aspect", "number", "width divided by height", "宽高比", "round(width / height, 6)"),
    Fact("mode", "category", "Pillow's name of the pixel format: L, RGB, CMYK, ...",
         "像素格式（Pillow 的名称）：L、RGB、CMYK 等", "mode"),
    Fact("format", "category", "JPEG, PNG, WEBP, ...", "文件格式：JPEG、PNG、WEBP 等", "format"),
    Fact("bytes", "number", "size of the file", "文件大小（字节）", "bytes"),
    Fact("repeats", "number", "other samples that show the very same picture",
         "内容完全相同的其他样本数", "repeats_ - 1"),
    Fact("boxes_outside", "number", "boxes that reach out of the picture",
         "超出图片的标注框数", f"len(list_filter(objects, {_OUTSIDE}))"),
    Fact("boxes_empty", "number", "boxes without an area", "面积为零的标注框数",
         f"len(list_filter({_SIDES}, lambda s: s <= 0))"),
    Fact("smallest_box_side", "number", "shorter side of the smallest box, in pixels",
         "最小标注框的短边（像素）", f"list_min({_SIDES})"),
    Fact("largest_box_share", "number", "share of the picture that its largest box covers",
         "最大标注框占图片面积的比例", f"round(list_max({_AREAS}) / (width * height), 6)"),
    Fact("annotated", "boolean", "whether somebody annotated it", "是否已标注", "annotated"),
    Fact("content_digest", "text", "SHA-256 of the file", "文件的 SHA-256", "content_digest"),
    Fact("split", "category", "the part that the source gives it to", "数据源指定的划分", "split"),
    Fact("brightness", "number", "mean of the grey levels, 0 to 255", "灰度均值，0 至 255"),
    Fact("contrast", "number", "standard deviation of the grey levels", "灰度标准差"),
    Fact("sharpness", "number",
         "variance of the Laplacian at 256 pixels of the longer side; low is blurred",
         "长边 256 像素时拉普拉斯算子的方差；低则模糊"),
    Fact("near_repeats", "number", "other pictures that look nearly the same",
         "外观几乎相同的其他图片数"),
)  # fmt: skip

"""``labels.csv``: what it says, and the sentence for each line that cannot be used."""

import pytest

from aileron.core.errors import InvalidInput
from aileron.data.images.labels import has_several_labels, read_labels


def test_labels_parts_and_chinese_in_both_encodings() -> None:
    text = "file,labels,split\n猫.jpg, 猫 ; 黑 ;猫,train\nb.jpg,,\n"
    for content in (text.encode(), text.encode("gbk"), b"\xef\xbb\xbf" + text.encode()):
        rows = read_labels(content, single=False)
        assert rows["猫.jpg"].labels == ("猫", "黑")
        assert (rows["猫.jpg"].part, rows["b.jpg"].part) == ("train", None)
        assert rows["b.jpg"].labels == ()


def test_whether_pictures_have_several_labels() -> None:
    assert has_several_labels(b"file,labels\na.jpg,x;y\n")
    assert has_several_labels(b"file,labels\na.jpg,\n")
    assert not has_several_labels(b"file,labels\na.jpg,x\nb.jpg,y\n")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a.jpg,cat\n", "labels.csv:1: The first line must name the columns"),
        ("", "labels.csv:1: The first line must name the columns"),
        ("file,labels\n,cat\n", "labels.csv:2: '' is no path"),
        ("file,labels\n../a.jpg,cat\n", "labels.csv:2: '../a.jpg' is no path"),
        ("file,labels\na.jpg,cat\na.jpg,dog\n", "labels.csv:3: a.jpg has a line already: line 2"),
        ("file,labels\na.jpg,cat;dog\n", "labels.csv:2: a.jpg has 2 labels"),
        ("file,labels,split\na.jpg,cat,holdout\n", "labels.csv:2: 'holdout' is no part"),
    ],
)
def test_each_wrong_line_is_named(text: str, sentence: str) -> None:
    with pytest.raises(InvalidInput) as error:
        read_labels(text.encode(), single=True)
    assert sentence in error.value.render("en")


def test_text_of_no_known_encoding() -> None:
    with pytest.raises(InvalidInput, match="not utf-8"):
        read_labels(b"file,labels\n\xff\xff.jpg,cat\n", single=True)

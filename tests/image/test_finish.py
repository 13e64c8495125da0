"""From the generator's answer to the result: size, grey and alpha as the input had them."""

import numpy as np

from deepimage.image.codec.picture import Picture
from deepimage.image.finish import as_seen, finish, finish_band, to_grey
from deepimage.image.size import Frame


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_size_is_the_wished_one() -> None:
    picture = Picture(noise(10, 12))
    assert finish(picture, noise(40, 48), 40, 48).pixels.shape == (40, 48, 3)
    assert finish(picture, noise(40, 48), 25, 30).pixels.shape == (25, 30, 3)


def test_grey_stays_grey() -> None:
    picture = Picture(to_grey(noise(10, 12)), grey=True)
    result = finish(picture, noise(40, 48), 40, 48).pixels
    assert (result == result[:, :, :1]).all()


def test_grey_of_equal_channels_is_unchanged() -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    np.testing.assert_array_equal(to_grey(ramp), ramp)


def test_opaque_stays_opaque_and_edges_stay_smooth() -> None:
    alpha = np.zeros((10, 12), np.uint8)
    alpha[2:8, 3:9] = 255
    result = finish(Picture(noise(10, 12), alpha), noise(40, 48), 40, 48).alpha
    assert result is not None
    assert result.shape == (40, 48)
    assert (result[16:24, 20:28] == 255).all()
    assert result[0, 0] == 0
    assert finish(Picture(noise(10, 12)), noise(40, 48), 40, 48).alpha is None


def test_bands_are_rows_of_the_whole_result() -> None:
    alpha = np.random.default_rng(1).integers(0, 256, (10, 12), dtype=np.uint8)
    for grey in (False, True):
        picture, sr = Picture(noise(10, 12), alpha, grey), noise(40, 48)
        whole = finish(picture, sr, 40, 48)
        band = finish_band(picture, sr[8:20], 8, 40)
        assert band.shape[2] == (2 if grey else 4)
        np.testing.assert_array_equal(band[:, :, -1], whole.alpha[8:20])  # type: ignore[index]
        np.testing.assert_array_equal(band[:, :, 0], whole.pixels[8:20, :, 0])


def test_seen_on_a_background() -> None:
    half = Picture(np.zeros((1, 3, 3), np.uint8), np.array([[0, 128, 255]], np.uint8))
    np.testing.assert_array_equal(as_seen(half, "#ffffff")[0, :, 0], [255, 127, 0])


def test_cover_cuts_the_ends_off_and_contain_fills_them_up() -> None:
    sr = np.zeros((40, 80, 3), np.uint8)
    sr[:, :20], sr[:, 60:] = 90, 200
    picture = Picture(sr[::4, ::4])
    np.testing.assert_array_equal(finish(picture, sr, 40, 40, Frame("cover")).pixels, sr[:, 20:60])
    framed = finish(picture, sr, 100, 80, Frame("contain", background="#102030")).pixels
    np.testing.assert_array_equal(framed[30:70], sr)
    assert (framed[:30] == (16, 32, 48)).all()
    assert (framed[70:] == (16, 32, 48)).all()


def test_padding_is_a_border_whatever_the_fit() -> None:
    sr = noise(40, 80)
    picture = Picture(sr[::4, ::4])
    bordered = finish(picture, sr, 60, 100, Frame(padding=10, background="#102030")).pixels
    np.testing.assert_array_equal(bordered[10:50, 10:90], sr)
    cut = finish(picture, sr, 60, 60, Frame("cover", 10, "#102030")).pixels
    np.testing.assert_array_equal(cut[10:50, 10:50], sr[:, 20:60])
    for result in (bordered, cut):
        border = np.ones(result.shape[:2], bool)
        border[10:-10, 10:-10] = False
        assert (result[border] == (16, 32, 48)).all()

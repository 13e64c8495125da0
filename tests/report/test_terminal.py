"""A stream that fails becomes silent; one that cannot spell a character writes another."""

import io
import os
import subprocess
import sys

from deepimage.report.terminal import Terminal


def test_what_is_written_arrives() -> None:
    stream = io.StringIO()
    terminal = Terminal(stream)
    terminal.write("one\n")
    terminal.flush()
    assert stream.getvalue() == "one\n"
    assert not terminal.isatty()
    assert terminal.columns == 80


def test_a_closed_stream_is_not_an_error() -> None:
    stream = io.StringIO()
    stream.close()
    Terminal(stream).write("lost")


def test_a_closed_pipe_is_not_an_error_even_when_the_stream_is_closed_later() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stream:
        terminal = Terminal(stream)
        for _ in range(3):
            terminal.write("lost\n")
            terminal.flush()


def test_characters_that_the_stream_cannot_encode_are_replaced() -> None:
    raw = io.BytesIO()
    terminal = Terminal(io.TextIOWrapper(raw, encoding="ascii"))
    terminal.write("30 × 20")
    terminal.flush()
    assert raw.getvalue() == b"30 ? 20"


def test_a_process_whose_reader_left_ends_well() -> None:
    code = (
        "import sys; from deepimage.report.terminal import Terminal; t = Terminal(sys.stderr)\n"
        "sys.stdin.read()\n"
        "for _ in range(5000): t.write('a line of some length\\n'); t.flush()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        process.stderr.close()
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(20) == 0

"""FileService: upload, download, list."""

import hashlib
import threading
import time

import grpc
import pytest

from support.frames import FrameConnection, framed
from support.host import Host
from support.paths import files_under
from support.waiting import wait_until

MIB = 1 << 20
LIMIT = MIB
CHUNK = 64 * 1024
HOSTILE_NAMES = [
    "../../etc/passwd", "/etc/shadow", "..", ".", "a/b/../../../c", "C:\\windows\\system32", "nul\0byte", "-rf *",
    "x" * 5000, "Ünïcödé ✓ 🎉.txt", "line\nbreak", "%2e%2e%2f",
]


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    # Nested, so that a name which climbs out of the data folder still lands where the test looks.
    folder = tmp_path_factory.mktemp("file") / "a" / "b" / "c"
    with Host(folder, {"file": {"maxFileBytes": LIMIT}}) as host:
        yield host


@pytest.fixture(scope="module")
def files(host, pb):
    return pb.file.FileServiceStub(host.channel())


def content(size, start=1):
    """Bytes that repeat only after a long while, the same each time."""
    pattern = b"".join(hashlib.sha256(bytes([start % 256, i % 256, i // 256])).digest() for i in range(min(size, MIB) // 32 + 1))
    return (pattern * (size // len(pattern) + 1))[:size]


def chunks(pb, data, size=50_000, name="report.bin", kind="application/x-test", **fields):
    for at in range(0, len(data), size):
        first = {"filename": name, "content_type": kind} if at == 0 else {}
        yield pb.file.FileChunk(data=data[at : at + size], **first, **fields)


def upload(files, pb, data, **options):
    return files.UploadFile(chunks(pb, data, **options), timeout=30)


def fails(call):
    with pytest.raises(grpc.RpcError) as error:
        call()
    return error.value


def held(host):
    """What the host keeps of any upload, finished or not: files on disk, and nameless ones that it has open."""
    return files_under(host.data) | host.open_files(host.data)


class SlowUpload:
    """An upload that has sent its first chunks, seen to have arrived at the disk, and waits."""

    def __init__(self, host, files, pb, **options):
        self.before, self.host, self.go = held(host), host, threading.Event()

        def requests():
            yield from chunks(pb, content(300_000))
            self.go.wait(60)

        self.call = files.UploadFile.future(requests(), **({"timeout": 60} | options))
        wait_until(lambda: held(host) - self.before, "the upload's first bytes to be on their way to disk")

    def leaves_nothing(self):
        self.go.set()
        wait_until(lambda: held(self.host) <= self.before, "the unfinished upload to be gone from the data folder")


# Upload and download


@pytest.mark.parametrize("size", [1, CHUNK - 1, CHUNK, CHUNK + 1, 200_000, LIMIT])
def test_what_was_uploaded_comes_back_in_64_kb_chunks(files, pb, size):
    data = content(size)
    answer = upload(files, pb, data)
    assert answer.filename == "report.bin"
    assert answer.total_size == size
    assert answer.checksum == hashlib.sha256(data).hexdigest()
    assert 0 <= answer.upload_time_ms < 30_000

    received = list(files.DownloadFile(pb.file.DownloadRequest(file_id=answer.file_id), timeout=30))
    assert b"".join(chunk.data for chunk in received) == data
    assert [len(chunk.data) for chunk in received[:-1]] == [CHUNK] * (len(received) - 1)
    assert [chunk.offset for chunk in received] == list(range(0, size, CHUNK))
    assert [chunk.eof for chunk in received] == [False] * (len(received) - 1) + [True]
    assert {(chunk.filename, chunk.content_type) for chunk in received} == {("report.bin", "application/x-test")}


def test_name_and_type_have_defaults(files, pb):
    answer = files.UploadFile(iter([pb.file.FileChunk(data=b"x")]), timeout=20)
    assert answer.filename == "unnamed_file"
    chunk = next(files.DownloadFile(pb.file.DownloadRequest(file_id=answer.file_id), timeout=20))
    assert (chunk.filename, chunk.content_type) == ("unnamed_file", "application/octet-stream")


def test_name_and_type_are_those_of_the_first_chunk(files, pb):
    parts = [
        pb.file.FileChunk(filename="first.txt", content_type="text/plain", data=b"a"),
        pb.file.FileChunk(filename="second.txt", content_type="text/html", data=b"b"),
    ]
    answer = files.UploadFile(iter(parts), timeout=20)
    assert answer.filename == "first.txt" and answer.total_size == 2


def test_offsets_and_eof_that_are_right_are_accepted(files, pb):
    data, at, parts = content(1000), 0, []
    for size in (1, 400, 599):
        parts.append(pb.file.FileChunk(filename="o", data=data[at : at + size], offset=at, eof=at + size == 1000))
        at += size
    assert files.UploadFile(iter(parts), timeout=20).checksum == hashlib.sha256(data).hexdigest()


def test_a_zero_offset_after_the_first_chunk_counts_as_unset(files, pb):
    parts = [pb.file.FileChunk(data=b"abc", offset=0), pb.file.FileChunk(data=b"def", offset=0)]
    assert files.UploadFile(iter(parts), timeout=20).checksum == hashlib.sha256(b"abcdef").hexdigest()


@pytest.mark.parametrize("offsets", [(0, 2), (0, 4), (7,), (0, -3)])
def test_a_wrong_offset_is_an_invalid_argument_and_keeps_nothing(host, files, pb, offsets):
    before = held(host)
    parts = [pb.file.FileChunk(data=b"abc", offset=offset) for offset in offsets]
    error = fails(lambda: files.UploadFile(iter(parts), timeout=20))
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "offset" in error.details().lower() and str(offsets[-1]) in error.details()
    wait_until(lambda: held(host) <= before, "the refused upload to leave nothing")


@pytest.mark.parametrize("parts", [[], [{}], [{"filename": "empty.txt", "eof": True}]], ids=["no chunk", "bare chunk", "name only"])
def test_an_empty_upload_is_an_invalid_argument_and_keeps_nothing(host, files, pb, parts):
    before, count = held(host), files.ListFiles(pb.file.ListRequest(), timeout=20).total_count
    error = fails(lambda: files.UploadFile(iter([pb.file.FileChunk(**part) for part in parts]), timeout=20))
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
    wait_until(lambda: held(host) <= before, "the refused upload to leave nothing")
    assert files.ListFiles(pb.file.ListRequest(), timeout=20).total_count == count


def test_an_upload_over_the_limit_is_refused_and_keeps_nothing(host, files, pb):
    before, count = held(host), files.ListFiles(pb.file.ListRequest(), timeout=20).total_count
    error = fails(lambda: upload(files, pb, content(LIMIT + 1)))
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert str(LIMIT) in error.details()
    wait_until(lambda: held(host) <= before, "the refused upload to leave nothing")
    assert files.ListFiles(pb.file.ListRequest(), timeout=20).total_count == count


def test_an_upload_over_the_limit_is_refused_before_its_end(files, pb):
    stop = threading.Event()

    def endless():
        piece = pb.file.FileChunk(data=content(100_000))
        while not stop.is_set():
            yield piece

    error = fails(lambda: files.UploadFile(endless(), timeout=30))
    stop.set()
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_the_limit_is_50_mb_by_default(start_host, pb):
    files = pb.file.FileServiceStub(start_host(["file"]).channel())
    limit = 50 * MIB
    assert upload(files, pb, content(limit), size=MIB).total_size == limit
    error = fails(lambda: upload(files, pb, content(limit + 1), size=MIB))
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED and str(limit) in error.details()


# Unfinished uploads


def test_a_cancelled_upload_leaves_nothing(host, files, pb):
    count = files.ListFiles(pb.file.ListRequest(), timeout=20).total_count
    slow = SlowUpload(host, files, pb)
    slow.call.cancel()
    slow.leaves_nothing()
    assert files.ListFiles(pb.file.ListRequest(), timeout=20).total_count == count


def test_an_upload_past_its_deadline_leaves_nothing(host, files, pb):
    slow = SlowUpload(host, files, pb, timeout=1)
    assert fails(slow.call.result).code() == grpc.StatusCode.DEADLINE_EXCEEDED
    slow.leaves_nothing()


def test_an_upload_whose_connection_is_lost_leaves_nothing(host, pb):
    before = held(host)
    with FrameConnection(host.port) as connection:
        body = framed(pb.file.FileChunk(filename="lost", data=content(200_000)).SerializeToString())
        stream = connection.request("/file_upload.FileService/UploadFile", body + framed(b"")[:3], end=False)
        assert not stream.over
        wait_until(lambda: held(host) - before, "the upload's first bytes to be on their way to disk")
    wait_until(lambda: held(host) <= before, "the lost upload to be gone from the data folder")


def test_an_unfinished_upload_is_not_listed(host, files, pb):
    count = files.ListFiles(pb.file.ListRequest(), timeout=20).total_count
    slow = SlowUpload(host, files, pb)
    assert files.ListFiles(pb.file.ListRequest(), timeout=20).total_count == count
    slow.go.set()
    assert slow.call.result(timeout=20).total_size == 300_000
    assert files.ListFiles(pb.file.ListRequest(), timeout=20).total_count == count + 1


# Ids and names


def test_ids_are_long_and_differ_for_the_same_file(files, pb):
    ids = [upload(files, pb, b"same", name="same").file_id for _ in range(20)]
    assert len(set(ids)) == 20
    assert all(len(file_id) >= 20 and "same" not in file_id for file_id in ids)


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=lambda name: ascii(name[:20]))
def test_a_name_is_never_a_path(host, files, pb, name):
    outside = host.folder.parents[2]  # above the data folder; all of it is this module's own
    before = files_under(outside)
    answer = upload(files, pb, b"harmless", name=name)
    assert answer.filename == name
    new = files_under(outside) - before
    assert all((outside / path).is_relative_to(host.data) for path in new)
    assert not any(part in path for path in new for part in ("passwd", "shadow", "system32", "xxxxx", "🎉"))
    (chunk,) = files.DownloadFile(pb.file.DownloadRequest(file_id=answer.file_id), timeout=20)
    assert (chunk.filename, chunk.data) == (name, b"harmless")


@pytest.mark.parametrize("file_id", ["no-such-file", "../../etc/passwd", "/etc/passwd", "..", "ünbekannt\n✓ 100%", "0" * 64])
def test_an_unknown_id_is_not_found_and_named(files, pb, file_id):
    error = fails(lambda: list(files.DownloadFile(pb.file.DownloadRequest(file_id=file_id), timeout=20)))
    assert error.code() == grpc.StatusCode.NOT_FOUND
    assert file_id in error.details()


def test_an_empty_id_is_refused(files, pb):
    error = fails(lambda: list(files.DownloadFile(pb.file.DownloadRequest(), timeout=20)))
    assert error.code() in (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT)


# Side by side


def test_uploads_side_by_side_stay_apart(host, pb):
    stubs = [pb.file.FileServiceStub(host.channel()) for _ in range(4)]
    data = [content(300_000 + i, start=i) for i in range(8)]
    calls = [stubs[i % 4].UploadFile.future(chunks(pb, data[i], size=10_000), timeout=60) for i in range(8)]
    for expected, call in zip(data, calls):
        assert call.result(timeout=60).checksum == hashlib.sha256(expected).hexdigest()


def test_a_download_that_is_cancelled_half_way_disturbs_nobody(files, pb):
    file_id = upload(files, pb, content(LIMIT)).file_id
    for _ in range(10):
        call = files.DownloadFile(pb.file.DownloadRequest(file_id=file_id), timeout=20)
        next(call)
        call.cancel()
    received = files.DownloadFile(pb.file.DownloadRequest(file_id=file_id), timeout=20)
    assert sum(len(chunk.data) for chunk in received) == LIMIT


# List


@pytest.fixture(scope="module")
def listed(tmp_path_factory, pb):
    """A host of its own with 25 files; answers the stub and the names, newest first."""
    with Host(tmp_path_factory.mktemp("list"), ["file"]) as host:
        files = pb.file.FileServiceStub(host.channel())
        assert files.ListFiles(pb.file.ListRequest(), timeout=20) == pb.file.ListResponse()
        uploaded = {}
        for i in range(25):
            answer = upload(files, pb, content(100 + i), name=f"file-{i:02}", kind="text/plain")
            uploaded[answer.file_id] = answer
        yield files, uploaded


def page(listed, pb, **request):
    return listed[0].ListFiles(pb.file.ListRequest(**request), timeout=20)


def test_the_first_ten_are_listed_by_default_newest_first(listed, pb):
    answer = page(listed, pb)
    assert answer.total_count == 25 and len(answer.files) == 10
    stamps = [info.upload_time for info in page(listed, pb, page_size=25).files]
    assert stamps == sorted(stamps, reverse=True)
    assert abs(stamps[0] / 1000 - time.time()) < 120


def test_a_listed_file_says_what_was_uploaded(listed, pb):
    for info in page(listed, pb, page_size=25).files:
        answer = listed[1][info.file_id]
        assert (info.filename, info.size, info.content_type) == (answer.filename, answer.total_size, "text/plain")


@pytest.mark.parametrize("size", [1, 7, 10, 24, 25, 26])
def test_pages_hold_each_file_once_in_one_order(listed, pb, size):
    whole = [info.file_id for info in page(listed, pb, page_size=25).files]
    assert sorted(whole) == sorted(listed[1])
    paged = []
    for number in range(1, -(-25 // size) + 1):
        answer = page(listed, pb, page=number, page_size=size)
        assert answer.total_count == 25
        paged += [info.file_id for info in answer.files]
    assert paged == whole


def test_a_page_past_the_end_is_empty(listed, pb):
    answer = page(listed, pb, page=4, page_size=10)
    assert (list(answer.files), answer.total_count) == ([], 25)


@pytest.mark.parametrize("request_", [
    {"page": 2**31 - 1, "page_size": 2**31 - 1}, {"page": -1}, {"page_size": -1}, {"page": -(2**31), "page_size": -(2**31)},
    {"page": 1, "page_size": 2**31 - 1},
], ids=str)
def test_senseless_pages_are_answered_or_refused_in_words(listed, pb, request_):
    try:
        assert page(listed, pb, **request_).total_count == 25
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.INVALID_ARGUMENT and "page" in error.details()


# Large


@pytest.mark.slow
def test_a_gigabyte_goes_through_in_flat_memory(start_host, pb):
    host = start_host({"file": {"maxFileBytes": 2 << 30}})
    files = pb.file.FileServiceStub(host.channel())
    piece, count = content(MIB), 1024
    whole = hashlib.sha256()

    def requests():
        for i in range(count):
            whole.update(piece)
            yield pb.file.FileChunk(filename="big", data=piece, offset=i * MIB, eof=i == count - 1)

    answer = files.UploadFile(requests(), timeout=300)
    assert answer.total_size == count * MIB
    assert answer.checksum == whole.hexdigest()
    assert host.memory("VmHWM") < 100 * MIB, "while a gigabyte was uploaded"

    back = hashlib.sha256()
    for chunk in files.DownloadFile(pb.file.DownloadRequest(file_id=answer.file_id), timeout=300):
        back.update(chunk.data)
    assert back.digest() == whole.digest()
    assert host.memory("VmHWM") < 100 * MIB, "while a gigabyte was downloaded"
    for stored in files_under(host.data):
        (host.data / stored).unlink()

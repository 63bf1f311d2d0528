"""gRPC's reflection service, by the client that the gRPC project ships (grpcio-reflection) and by `buf curl` without any `.proto` file."""

import json
import subprocess

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_reflection.v1alpha.reflection_pb2 import ExtensionRequest, ServerReflectionRequest, ServerReflectionResponse

from support.admin import Admin
from support.tally import build, install
from support.tools import tool

OWN = {"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"}
VERSIONS = ["v1", "v1alpha"]


def ask(host, version, *questions):
    """The answers of one stream; both versions have the same messages."""
    call = host.channel().stream_stream(
        f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
        request_serializer=ServerReflectionRequest.SerializeToString,
        response_deserializer=ServerReflectionResponse.FromString)
    return list(call(iter(questions), timeout=20))


def names(answer):
    return [FileDescriptorProto.FromString(raw).name for raw in answer.file_descriptor_response.file_descriptor_proto]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_loaded_now_is_listed(start_host, pb, tmp_path, version):
    host = start_host(["chat", "stock"])

    def services():
        (answer,) = ask(host, version, ServerReflectionRequest(list_services=""))
        return {service.name for service in answer.list_services_response.service}

    assert services() == OWN | {"chat.ChatService", "stock_stream.StockService"}
    admin = Admin(host, pb)
    # A plugin without descriptors.
    admin.stub.LoadPlugin(admin.pb.LoadPluginRequest(library=str(install(build(tmp_path, "v1"), tmp_path / "libtally.so"))), timeout=20)
    admin.stub.UnloadPlugin(admin.pb.UnloadPluginRequest(plugin="stock", force=True), timeout=20)
    assert services() == OWN | {"chat.ChatService", "tally.Tally"}


@pytest.mark.parametrize("version", VERSIONS)
def test_each_question_of_a_stream_has_its_answer(start_host, version):
    host = start_host(["chat", "interop"])
    questions = [
        ServerReflectionRequest(host="me", file_by_filename="chat.proto"),
        ServerReflectionRequest(file_containing_symbol="chat.ChatService"),
        ServerReflectionRequest(file_containing_symbol="chat.ChatService.JoinChat"),
        ServerReflectionRequest(file_containing_symbol="chat.ChatMessage.room_id"),
        ServerReflectionRequest(file_containing_symbol="grpc.testing.TestService"),
        ServerReflectionRequest(all_extension_numbers_of_type="chat.ChatMessage"),
    ]
    answers = ask(host, version, *questions)
    assert [answer.original_request for answer in answers] == questions
    assert answers[0].valid_host == "me"
    assert all(names(answer) == ["chat.proto"] for answer in answers[:4])
    assert set(names(answers[4])) == {"grpc/testing/test.proto", "grpc/testing/empty.proto", "grpc/testing/messages.proto"}, "with all that it needs"
    assert list(answers[5].all_extension_numbers_response.extension_number) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_not_there_is_told_and_the_stream_goes_on(start_host, version):
    host = start_host(["chat"])
    missing = [
        ServerReflectionRequest(file_by_filename="no.proto"),
        ServerReflectionRequest(file_containing_symbol="no.Such"),
        ServerReflectionRequest(file_containing_extension=ExtensionRequest(containing_type="chat.ChatMessage", extension_number=7)),
        ServerReflectionRequest(all_extension_numbers_of_type="no.Type"),
        ServerReflectionRequest(),
    ]
    answers = ask(host, version, *missing, ServerReflectionRequest(file_by_filename="chat.proto"))
    assert [answer.error_response.error_code for answer in answers[:5]] == [5, 5, 5, 5, 3]
    assert all(answer.error_response.error_message for answer in answers[:5])
    assert names(answers[5]) == ["chat.proto"]


def test_a_client_without_proto_files_learns_all_types(start_host):
    database = ProtoReflectionDescriptorDatabase(start_host(["chat", "file", "interop"]).channel())
    pool = DescriptorPool(database)
    for service in database.get_services():
        descriptor = pool.FindServiceByName(service)
        assert descriptor.methods and all(method.input_type.full_name for method in descriptor.methods)


def test_buf_curl_lists_and_calls_without_a_schema(start_host):
    host = start_host(["stock", "chat", "bench"])
    base = [tool("buf"), "curl", "--protocol", "grpc", "--http2-prior-knowledge"]
    address = f"http://{host.address}"
    listed = subprocess.run([*base, "--list-services", address], capture_output=True, text=True, timeout=60)
    assert listed.returncode == 0, listed.stderr
    assert {"stock_stream.StockService", "chat.ChatService", "bench.Bench"} <= set(listed.stdout.split())
    said = subprocess.run(
        [*base, "-d", '{"username": "ann", "roomId": "r", "content": "hello"}', f"{address}/chat.ChatService/SendMessage"],
        capture_output=True, text=True, timeout=60)
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["messagesSent"] == 1
    health = subprocess.run([*base, "-d", "{}", f"{address}/grpc.health.v1.Health/Check"], capture_output=True, text=True, timeout=60)
    assert health.returncode == 0 and json.loads(health.stdout) == {"status": "SERVING"}, health.stderr

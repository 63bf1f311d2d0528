"""Clients made from .proto files at run time, without generated modules: files of `grpc/` would hide grpcio's own package, and those of
`google/` the protobuf library's."""

import subprocess
import sys
from pathlib import Path

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from .paths import PROTOS


class DynamicProtos:
    """`DynamicProtos(folder, "grpc/testing/test.proto")`: messages by name, and stubs."""

    def __init__(self, folder: Path, *files: str):
        target = folder / "descriptors.bin"
        subprocess.run(
            [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTOS}", "--include_imports", f"--descriptor_set_out={target}", *files],
            check=True, timeout=60,
        )
        self.pool = descriptor_pool.DescriptorPool()
        for file in descriptor_pb2.FileDescriptorSet.FromString(target.read_bytes()).file:
            self.pool.Add(file)

    def message(self, name: str) -> type:
        """The class of a message, by its full name."""
        return message_factory.GetMessageClass(self.pool.FindMessageTypeByName(name))

    def messages(self, package: str, *names: str) -> list[type]:
        return [self.message(f"{package}.{name}") for name in names]

    def stub(self, channel: grpc.Channel, service: str) -> "DynamicStub":
        return DynamicStub(channel, self.pool.FindServiceByName(service))


class DynamicStub:
    """A callable for each method, as in a generated stub."""

    def __init__(self, channel: grpc.Channel, service):
        for method in service.methods:
            kinds = "stream" if method.client_streaming else "unary", "stream" if method.server_streaming else "unary"
            request, response = (message_factory.GetMessageClass(type) for type in (method.input_type, method.output_type))
            make = getattr(channel, "_".join(kinds))
            setattr(self, method.name, make(
                f"/{service.full_name}/{method.name}",
                request_serializer=request.SerializeToString, response_deserializer=response.FromString))

// gRPC C++ as a client of the interoperability cases: `interop_client HOST:PORT [--ca FILE] CASE...`, cases as the gRPC project's
// doc/interop-test-descriptions.md names and describes them. Prints a line a case; exit code 1 where one failed.

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <future>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "grpc/testing/test.grpc.pb.h"

// What gRPC's own interop client asks the library for, which has no public way to it: whether a message came compressed.
uint32_t grpc_call_test_only_get_message_flags(grpc_call* call);

namespace grpc::testing {
class InteropClientContextInspector {
 public:
  // GRPC_WRITE_INTERNAL_COMPRESS, and GRPC_WRITE_INTERNAL_TEST_ONLY_WAS_COMPRESSED where the library has inflated it.
  static bool compressed(const ClientContext& context) { return grpc_call_test_only_get_message_flags(context.call_) & 0xC0000000; }
};
}  // namespace grpc::testing

using namespace grpc::testing;
using grpc::ClientContext;
using grpc::Status;
using grpc::StatusCode;
using Inspector = grpc::testing::InteropClientContextInspector;

namespace {

constexpr int kLargeRequest = 271828, kLargeResponse = 314159;
const std::vector<std::pair<int, int>> kSizes = {{31415, 27182}, {9, 8}, {2653, 1828}, {58979, 45904}};  // of answers and requests
const std::string kInitialKey = "x-grpc-test-echo-initial", kInitialValue = "test_initial_metadata_value";
const std::string kTrailingKey = "x-grpc-test-echo-trailing-bin", kTrailingValue = "\xab\xab\xab";

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <typename Found, typename Wanted>
void expect(const Found& found, const Wanted& wanted, const std::string& what) {
  if (found == wanted) return;
  std::ostringstream text;
  text << what << ": found " << found << ", wanted " << wanted;
  throw Failure(text.str());
}

void expect_status(const Status& status, StatusCode code, const std::string& what) {
  if (status.error_code() == code) return;
  throw Failure(what + ": found status " + std::to_string(status.error_code()) + " (" + status.error_message() + "), wanted " + std::to_string(code));
}

void expect_zeros(const Payload& payload, int size) {
  expect(payload.body().size(), static_cast<size_t>(size), "the payload's size");
  expect(payload.body().find_first_not_of('\0'), std::string::npos, "the first byte that isn't zero");
}

// A call ends by itself, or the case fails.
void bound(ClientContext& context, std::chrono::milliseconds time = std::chrono::seconds(20)) {
  context.set_deadline(std::chrono::system_clock::now() + time);
}

class Client {
 public:
  Client(std::string target, std::shared_ptr<grpc::ChannelCredentials> credentials)
      : target_(std::move(target)), credentials_(std::move(credentials)), channel_(make_channel()), stub_(TestService::NewStub(channel_)) {}

  const std::map<std::string, std::function<void()>> cases = {
      {"empty_unary", [this] { empty_unary(); }},
      {"large_unary", [this] { large_unary(*stub_); }},
      {"client_compressed_unary", [this] { client_compressed_unary(); }},
      {"server_compressed_unary", [this] { server_compressed_unary(); }},
      {"client_streaming", [this] { client_streaming(); }},
      {"client_compressed_streaming", [this] { client_compressed_streaming(); }},
      {"server_streaming", [this] { server_streaming(); }},
      {"server_compressed_streaming", [this] { server_compressed_streaming(); }},
      {"ping_pong", [this] { ping_pong(); }},
      {"empty_stream", [this] { empty_stream(); }},
      {"half_duplex", [this] { half_duplex(); }},
      {"custom_metadata", [this] { custom_metadata(); }},
      {"status_code_and_message", [this] { status("test status message"); }},
      {"special_status_message", [this] { status("\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"); }},
      {"unimplemented_method", [this] { unimplemented("/grpc.testing.TestService/UnimplementedCall"); }},
      {"unimplemented_service", [this] { unimplemented("/grpc.testing.UnimplementedService/UnimplementedCall"); }},
      {"cancel_after_begin", [this] { cancel_after_begin(); }},
      {"cancel_after_first_response", [this] { cancel_after_first_response(); }},
      {"timeout_on_sleeping_server", [this] { timeout_on_sleeping_server(); }},
      {"rpc_soak", [this] { for (int n = 0; n < 100; ++n) large_unary(*stub_); }},
      {"channel_soak", [this] { for (int n = 0; n < 30; ++n) large_unary(*TestService::NewStub(make_channel())); }},
      {"concurrent_large_unary", [this] { concurrent_large_unary(); }},
  };

 private:
  std::string target_;
  std::shared_ptr<grpc::ChannelCredentials> credentials_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<TestService::Stub> stub_;

  std::shared_ptr<grpc::Channel> make_channel() {
    grpc::ChannelArguments arguments;
    // Else channels of the same arguments share their connections.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(target_, credentials_, arguments);
  }

  static SimpleRequest large() {
    SimpleRequest request;
    request.set_response_size(kLargeResponse);
    request.mutable_payload()->set_body(std::string(kLargeRequest, '\0'));
    return request;
  }

  static StreamingOutputCallRequest output(int answer, int body) {
    StreamingOutputCallRequest request;
    request.add_response_parameters()->set_size(answer);
    request.mutable_payload()->set_body(std::string(body, '\0'));
    return request;
  }

  void empty_unary() {
    ClientContext context;
    bound(context);
    Empty request, response;
    expect_status(stub_->EmptyCall(&context, request, &response), StatusCode::OK, "EmptyCall");
    expect(response.ByteSizeLong(), size_t(0), "the answer's size");
  }

  static void large_unary(TestService::Stub& stub) {
    ClientContext context;
    bound(context, std::chrono::seconds(60));
    SimpleResponse response;
    expect_status(stub.UnaryCall(&context, large(), &response), StatusCode::OK, "UnaryCall");
    expect_zeros(response.payload(), kLargeResponse);
  }

  // How the library is told to compress, or not to, each message of a call.
  static void compress(ClientContext& context, bool on) {
    context.set_compression_algorithm(on ? GRPC_COMPRESS_GZIP : GRPC_COMPRESS_NONE);
  }

  void client_compressed_unary() {
    auto call = [this](bool told, bool is) {
      ClientContext context;
      bound(context);
      compress(context, is);
      auto request = large();
      request.mutable_expect_compressed()->set_value(told);
      SimpleResponse response;
      auto status = stub_->UnaryCall(&context, request, &response);
      if (status.ok()) expect_zeros(response.payload(), kLargeResponse);
      return status;
    };
    expect_status(call(true, false), StatusCode::INVALID_ARGUMENT, "the probe");
    expect_status(call(true, true), StatusCode::OK, "a compressed request");
    expect_status(call(false, false), StatusCode::OK, "one that isn't");
  }

  void server_compressed_unary() {
    for (bool wanted : {true, false}) {
      ClientContext context;
      bound(context);
      auto request = large();
      request.mutable_response_compressed()->set_value(wanted);
      SimpleResponse response;
      expect_status(stub_->UnaryCall(&context, request, &response), StatusCode::OK, "UnaryCall");
      expect_zeros(response.payload(), kLargeResponse);
      expect(Inspector::compressed(context), wanted, "whether the answer came compressed");
    }
  }

  void client_streaming() {
    ClientContext context;
    bound(context);
    StreamingInputCallResponse response;
    auto writer = stub_->StreamingInputCall(&context, &response);
    for (auto [_, size] : kSizes) {
      StreamingInputCallRequest request;
      request.mutable_payload()->set_body(std::string(size, '\0'));
      expect(writer->Write(request), true, "whether a request could be written");
    }
    writer->WritesDone();
    expect_status(writer->Finish(), StatusCode::OK, "StreamingInputCall");
    expect(response.aggregated_payload_size(), 74922, "the size of all");
  }

  void client_compressed_streaming() {
    auto request = [](bool told, int size) {
      StreamingInputCallRequest request;
      request.mutable_expect_compressed()->set_value(told);
      request.mutable_payload()->set_body(std::string(size, '\0'));
      return request;
    };
    {
      ClientContext context;
      bound(context);
      StreamingInputCallResponse response;
      auto writer = stub_->StreamingInputCall(&context, &response);
      writer->Write(request(true, 27182), grpc::WriteOptions().set_no_compression());
      writer->WritesDone();
      expect_status(writer->Finish(), StatusCode::INVALID_ARGUMENT, "the probe");
    }
    ClientContext context;
    bound(context);
    compress(context, true);
    StreamingInputCallResponse response;
    auto writer = stub_->StreamingInputCall(&context, &response);
    writer->Write(request(true, 27182));
    writer->Write(request(false, 45904), grpc::WriteOptions().set_no_compression());
    writer->WritesDone();
    expect_status(writer->Finish(), StatusCode::OK, "StreamingInputCall");
    expect(response.aggregated_payload_size(), 73086, "the size of all");
  }

  void server_streaming() {
    ClientContext context;
    bound(context);
    StreamingOutputCallRequest request;
    for (auto [size, _] : kSizes) request.add_response_parameters()->set_size(size);
    auto reader = stub_->StreamingOutputCall(&context, request);
    StreamingOutputCallResponse response;
    size_t count = 0;
    for (; reader->Read(&response); ++count) expect_zeros(response.payload(), kSizes.at(count).first);
    expect_status(reader->Finish(), StatusCode::OK, "StreamingOutputCall");
    expect(count, kSizes.size(), "the number of answers");
  }

  void server_compressed_streaming() {
    ClientContext context;
    bound(context);
    const std::vector<std::pair<bool, int>> wanted = {{true, 31415}, {false, 92653}};
    StreamingOutputCallRequest request;
    for (auto [compressed, size] : wanted) {
      auto* parameters = request.add_response_parameters();
      parameters->mutable_compressed()->set_value(compressed);
      parameters->set_size(size);
    }
    auto reader = stub_->StreamingOutputCall(&context, request);
    StreamingOutputCallResponse response;
    for (auto [compressed, size] : wanted) {
      expect(reader->Read(&response), true, "whether there is an answer");
      expect_zeros(response.payload(), size);
      expect(Inspector::compressed(context), compressed, "whether it came compressed");
    }
    expect(reader->Read(&response), false, "whether there is one more");
    expect_status(reader->Finish(), StatusCode::OK, "StreamingOutputCall");
  }

  void ping_pong() {
    ClientContext context;
    bound(context);
    auto stream = stub_->FullDuplexCall(&context);
    StreamingOutputCallResponse response;
    for (auto [answer, request] : kSizes) {
      stream->Write(output(answer, request));
      expect(stream->Read(&response), true, "whether there is an answer");
      expect_zeros(response.payload(), answer);
    }
    stream->WritesDone();
    expect(stream->Read(&response), false, "whether there is one more");
    expect_status(stream->Finish(), StatusCode::OK, "FullDuplexCall");
  }

  void empty_stream() {
    ClientContext context;
    bound(context);
    auto stream = stub_->FullDuplexCall(&context);
    stream->WritesDone();
    StreamingOutputCallResponse response;
    expect(stream->Read(&response), false, "whether there is an answer");
    expect_status(stream->Finish(), StatusCode::OK, "FullDuplexCall");
  }

  void half_duplex() {
    ClientContext context;
    bound(context);
    auto stream = stub_->HalfDuplexCall(&context);
    for (auto [answer, request] : kSizes) stream->Write(output(answer, request));
    stream->WritesDone();
    StreamingOutputCallResponse response;
    size_t count = 0;
    for (; stream->Read(&response); ++count) expect_zeros(response.payload(), kSizes.at(count).first);
    expect_status(stream->Finish(), StatusCode::OK, "HalfDuplexCall");
    expect(count, kSizes.size(), "the number of answers");
  }

  static void expect_echo(const ClientContext& context) {
    auto value = [](const auto& metadata, const std::string& key) {
      auto found = metadata.find(key);
      return found == metadata.end() ? std::string("nothing") : std::string(found->second.data(), found->second.size());
    };
    expect(value(context.GetServerInitialMetadata(), kInitialKey), kInitialValue, "initial metadata");
    expect(value(context.GetServerTrailingMetadata(), kTrailingKey), kTrailingValue, "trailing metadata");
  }

  void custom_metadata() {
    {
      ClientContext context;
      bound(context);
      context.AddMetadata(kInitialKey, kInitialValue);
      context.AddMetadata(kTrailingKey, kTrailingValue);
      SimpleResponse response;
      expect_status(stub_->UnaryCall(&context, large(), &response), StatusCode::OK, "UnaryCall");
      expect_echo(context);
    }
    ClientContext context;
    bound(context);
    context.AddMetadata(kInitialKey, kInitialValue);
    context.AddMetadata(kTrailingKey, kTrailingValue);
    auto stream = stub_->FullDuplexCall(&context);
    stream->Write(output(kLargeResponse, kLargeRequest));
    stream->WritesDone();
    StreamingOutputCallResponse response;
    expect(stream->Read(&response), true, "whether there is an answer");
    expect_zeros(response.payload(), kLargeResponse);
    expect(stream->Read(&response), false, "whether there is one more");
    expect_status(stream->Finish(), StatusCode::OK, "FullDuplexCall");
    expect_echo(context);
  }

  void status(const std::string& message) {
    {
      ClientContext context;
      bound(context);
      SimpleRequest request;
      request.mutable_response_status()->set_code(StatusCode::UNKNOWN);
      request.mutable_response_status()->set_message(message);
      SimpleResponse response;
      auto status = stub_->UnaryCall(&context, request, &response);
      expect_status(status, StatusCode::UNKNOWN, "UnaryCall");
      expect(status.error_message(), message, "the message of UnaryCall");
    }
    ClientContext context;
    bound(context);
    auto stream = stub_->FullDuplexCall(&context);
    StreamingOutputCallRequest request;
    request.mutable_response_status()->set_code(StatusCode::UNKNOWN);
    request.mutable_response_status()->set_message(message);
    stream->Write(request);
    stream->WritesDone();
    StreamingOutputCallResponse response;
    expect(stream->Read(&response), false, "whether there is an answer");
    auto status = stream->Finish();
    expect_status(status, StatusCode::UNKNOWN, "FullDuplexCall");
    expect(status.error_message(), message, "the message of FullDuplexCall");
  }

  void unimplemented(const std::string& path) {
    ClientContext context;
    bound(context);
    grpc::GenericStub stub(channel_);
    grpc::CompletionQueue queue;
    grpc::Slice nothing;
    grpc::ByteBuffer request(&nothing, 1), response;
    auto call = stub.PrepareUnaryCall(&context, path, request, &queue);
    Status status;
    call->StartCall();
    call->Finish(&response, &status, nullptr);
    void* tag;
    bool ok;
    queue.Next(&tag, &ok);
    expect_status(status, StatusCode::UNIMPLEMENTED, path);
  }

  void cancel_after_begin() {
    ClientContext context;
    bound(context);
    StreamingInputCallResponse response;
    auto writer = stub_->StreamingInputCall(&context, &response);
    context.TryCancel();
    expect_status(writer->Finish(), StatusCode::CANCELLED, "StreamingInputCall");
  }

  void cancel_after_first_response() {
    ClientContext context;
    bound(context);
    auto stream = stub_->FullDuplexCall(&context);
    stream->Write(output(31415, 27182));
    StreamingOutputCallResponse response;
    expect(stream->Read(&response), true, "whether there is an answer");
    expect_zeros(response.payload(), 31415);
    context.TryCancel();
    expect_status(stream->Finish(), StatusCode::CANCELLED, "FullDuplexCall");
  }

  void timeout_on_sleeping_server() {
    ClientContext context;
    bound(context, std::chrono::milliseconds(1));
    auto stream = stub_->FullDuplexCall(&context);
    StreamingOutputCallRequest request;
    request.mutable_payload()->set_body(std::string(27182, '\0'));
    stream->Write(request);
    expect_status(stream->Finish(), StatusCode::DEADLINE_EXCEEDED, "FullDuplexCall");
  }

  void concurrent_large_unary() {
    std::vector<std::future<void>> calls;
    for (int n = 0; n < 100; ++n) calls.push_back(std::async(std::launch::async, [this] { large_unary(*stub_); }));
    for (auto& call : calls) call.get();
  }
};

std::string contents(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw Failure("can't read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int main(int count, char** arguments) try {
  std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.empty()) {
    std::cerr << "usage: interop_client HOST:PORT [--ca FILE] CASE...\n";
    return 2;
  }
  auto target = words.front();
  words.erase(words.begin());
  auto credentials = grpc::InsecureChannelCredentials();
  if (words.size() >= 2 && words[0] == "--ca") {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = contents(words[1]);
    credentials = grpc::SslCredentials(options);
    words.erase(words.begin(), words.begin() + 2);
  }
  Client client(target, credentials);
  if (words == std::vector<std::string>{"--list"}) {
    for (const auto& [name, _] : client.cases) std::cout << name << "\n";
    return 0;
  }
  int code = 0;
  for (const auto& name : words) {
    auto found = client.cases.find(name);
    if (found == client.cases.end()) throw Failure("no such case: " + name);
    try {
      found->second();
      std::cout << "passed " << name << "\n";
    } catch (const std::exception& failure) {
      std::cout << "FAILED " << name << ": " << failure.what() << "\n";
      code = 1;
    }
  }
  return code;
} catch (const std::exception& failure) {
  std::cerr << failure.what() << "\n";
  return 2;
}

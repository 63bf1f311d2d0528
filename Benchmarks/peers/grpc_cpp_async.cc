// bench.Bench on gRPC C++, with the completion-queue API: the peer that streamhost is measured beside.
//
//   grpc-cpp-async [PORT [THREADS]]
//
// It is meant to be as fast as this API lets a service be: one completion queue a thread and no other threads of ours,
// a request posted ahead for each call that may come, each call's messages reused, echoes sent from the very message
// that was parsed, and the last streamed message written together with the status.
//
// Streamed answers are written without `WriteOptions::set_buffer_hint`: it would hold messages back until more come,
// which a service that streams as things happen cannot want.

#include <grpcpp/grpcpp.h>
#include <signal.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench.grpc.pb.h"

namespace {

using Service = bench::Bench::AsyncService;
using Queue = grpc::ServerCompletionQueue;

// Calls of each kind that wait for a client. The successor of each is posted as it is taken, so more gained nothing.
constexpr int kPosted = 64;

/// One call from posting to its end. It is the tag of all its operations, of which one at a time is under way; it
/// deletes itself when the last is done.
class Call {
public:
    Call(Service* service, Queue* queue) : service_(service), queue_(queue) {}
    virtual ~Call() = default;
    virtual void proceed(bool ok) = 0;

protected:
    Service* const service_;
    Queue* const queue_;
    grpc::ServerContext context_;
};

class Unary final : public Call {
public:
    Unary(Service* service, Queue* queue) : Call(service, queue), writer_(&context_) {
        service->RequestUnary(&context_, &message_, &writer_, queue, queue, this);
    }
    void proceed(bool ok) override {
        if (!ok || finished_) return delete this;  // the server shuts down, or the answer is out
        new Unary(service_, queue_);
        finished_ = true;
        writer_.Finish(message_, grpc::Status::OK, this);
    }

private:
    bool finished_ = false;
    bench::Payload message_;
    grpc::ServerAsyncResponseWriter<bench::Payload> writer_;
};

class ServerStream final : public Call {
public:
    ServerStream(Service* service, Queue* queue) : Call(service, queue), writer_(&context_) {
        service->RequestServerStream(&context_, &request_, &writer_, queue, queue, this);
    }
    void proceed(bool ok) override {
        switch (state_) {
            case State::posted:
                if (!ok) return delete this;
                new ServerStream(service_, queue_);
                message_.set_data(std::string(size_t(request_.size()), 'x'));
                left_ = request_.count();
                state_ = State::writing;
                return write();
            case State::writing:
                if (ok) return write();
                state_ = State::finished;
                return writer_.Finish(grpc::Status(grpc::StatusCode::CANCELLED, "the client has gone"), this);
            case State::finished: return delete this;
        }
    }

private:
    enum class State { posted, writing, finished };

    void write() {
        if (left_ > 1) {
            --left_;
            return writer_.Write(message_, this);
        }
        state_ = State::finished;
        if (left_ == 1) writer_.WriteAndFinish(message_, grpc::WriteOptions(), grpc::Status::OK, this);
        else writer_.Finish(grpc::Status::OK, this);
    }

    State state_ = State::posted;
    int left_ = 0;
    bench::StreamReq request_;
    bench::Payload message_;
    grpc::ServerAsyncWriter<bench::Payload> writer_;
};

class ClientStream final : public Call {
public:
    ClientStream(Service* service, Queue* queue) : Call(service, queue), reader_(&context_) {
        service->RequestClientStream(&context_, &reader_, queue, queue, this);
    }
    void proceed(bool ok) override {
        switch (state_) {
            case State::posted:
                if (!ok) return delete this;
                new ClientStream(service_, queue_);
                state_ = State::reading;
                return reader_.Read(&message_, this);
            case State::reading:
                if (ok) {
                    summary_.set_messages(summary_.messages() + 1);
                    summary_.set_bytes(summary_.bytes() + int64_t(message_.data().size()));
                    return reader_.Read(&message_, this);
                }
                state_ = State::finished;
                return reader_.Finish(summary_, grpc::Status::OK, this);
            case State::finished: return delete this;
        }
    }

private:
    enum class State { posted, reading, finished };

    State state_ = State::posted;
    bench::Payload message_;
    bench::Summary summary_;
    grpc::ServerAsyncReader<bench::Summary, bench::Payload> reader_;
};

class Bidi final : public Call {
public:
    Bidi(Service* service, Queue* queue) : Call(service, queue), stream_(&context_) {
        service->RequestBidi(&context_, &stream_, queue, queue, this);
    }
    void proceed(bool ok) override {
        switch (state_) {
            case State::posted:
                if (!ok) return delete this;
                new Bidi(service_, queue_);
                return read();
            case State::reading:
                if (!ok) return finish(grpc::Status::OK);  // the client has half-closed
                state_ = State::writing;
                return stream_.Write(message_, this);
            case State::writing:
                if (!ok) return finish(grpc::Status(grpc::StatusCode::CANCELLED, "the client has gone"));
                return read();
            case State::finished: return delete this;
        }
    }

private:
    enum class State { posted, reading, writing, finished };

    void read() {
        state_ = State::reading;
        stream_.Read(&message_, this);
    }
    void finish(const grpc::Status& status) {
        state_ = State::finished;
        stream_.Finish(status, this);
    }

    State state_ = State::posted;
    bench::Payload message_;
    grpc::ServerAsyncReaderWriter<bench::Payload, bench::Payload> stream_;
};

void serve(Queue* queue) {
    void* tag;
    bool ok;
    while (queue->Next(&tag, &ok)) static_cast<Call*>(tag)->proceed(ok);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string port = argc > 1 ? argv[1] : "0";
    const int threads = argc > 2 ? std::atoi(argv[2]) : 1;
    if (threads < 1 || argc > 3) {
        std::fprintf(stderr, "usage: %s [PORT [THREADS]]\n", argv[0]);
        return 2;
    }

    // Blocked before gRPC starts its threads, so that all of them inherit it and `sigwait` below gets the signal.
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);

    Service service;
    grpc::ServerBuilder builder;
    int bound = 0;
    builder.AddListeningPort("127.0.0.1:" + port, grpc::InsecureServerCredentials(), &bound);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.RegisterService(&service);
    std::vector<std::unique_ptr<Queue>> queues;
    for (int i = 0; i < threads; ++i) queues.push_back(builder.AddCompletionQueue());
    const auto server = builder.BuildAndStart();
    if (!server || bound == 0) {
        std::fprintf(stderr, "cannot listen on 127.0.0.1:%s\n", port.c_str());
        return 1;
    }

    std::vector<std::thread> workers;
    for (const auto& queue : queues) {
        for (int i = 0; i < kPosted / threads + 1; ++i) {
            new Unary(&service, queue.get());
            new ServerStream(&service, queue.get());
            new ClientStream(&service, queue.get());
            new Bidi(&service, queue.get());
        }
        workers.emplace_back(serve, queue.get());
    }
    std::fprintf(stderr, "gRPC C++ %s, completion queues: listening on 127.0.0.1:%d\n", grpc::Version().c_str(), bound);

    int signal;
    sigwait(&ends, &signal);
    server->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(200));
    for (const auto& queue : queues) queue->Shutdown();
    for (auto& worker : workers) worker.join();
    return 0;
}

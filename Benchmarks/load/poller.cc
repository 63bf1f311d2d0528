#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "connection.h"
#include "measure.h"

namespace load {

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

Poller::~Poller() { close(epoll_); }

void Poller::watch(Connection& connection, int operation) {
    epoll_event event{};
    event.events = connection.blocked() ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.ptr = &connection;
    if (epoll_ctl(epoll_, operation, connection.descriptor(), &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
}

void Poller::add(Connection& connection) { watch(connection, EPOLL_CTL_ADD); }

void Poller::turn(int timeout_ms, uint64_t& now) {
    epoll_event events[256];
    const int ready = epoll_wait(epoll_, events, std::size(events), timeout_ms);
    for (int i = 0; i < ready; ++i) {
        auto& connection = *static_cast<Connection*>(events[i].data.ptr);
        if (connection.dead()) continue;
        now = now_ns();  // once for all the messages of this read
        const bool was_blocked = connection.blocked();
        if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) connection.read();
        connection.flush();
        if (connection.blocked() != was_blocked) watch(connection, EPOLL_CTL_MOD);
    }
    if (ready <= 0) now = now_ns();
}

}  // namespace load

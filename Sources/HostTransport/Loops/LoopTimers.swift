/// The timers of a loop: a binary heap by time, where each timer knows its place and so can leave early.
struct LoopTimers {
    final class Timer {
        let deadline: UInt64
        let action: Action
        fileprivate(set) var index = -1

        init(deadline: UInt64, action: Action) {
            self.deadline = deadline
            self.action = action
        }

        var isScheduled: Bool { index >= 0 }
    }

    enum Action {
        /// A call's deadline.
        case expire(CallHandle)
        /// A plugin's own, by its id.
        case run(UInt64, LoopTask)
        /// The transport's own.
        case act(@Sendable (CallLoop) -> Void)
    }

    private var heap: [Timer] = []

    /// The earliest deadline, in nanoseconds of the monotonic clock.
    var next: UInt64? { heap.first?.deadline }
    var count: Int { heap.count }

    mutating func insert(_ timer: Timer) {
        timer.index = heap.count
        heap.append(timer)
        siftUp(timer.index)
    }

    mutating func remove(_ timer: Timer) {
        let index = timer.index
        guard index >= 0, index < heap.count, heap[index] === timer else { return }
        let last = heap.count - 1
        if index != last { swap(index, last) }
        heap.removeLast()
        timer.index = -1
        if index < heap.count {
            siftUp(index)
            siftDown(index)
        }
    }

    mutating func popDue(now: UInt64) -> Timer? {
        guard let first = heap.first, first.deadline <= now else { return nil }
        remove(first)
        return first
    }

    private mutating func swap(_ a: Int, _ b: Int) {
        heap.swapAt(a, b)
        heap[a].index = a
        heap[b].index = b
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard heap[index].deadline < heap[parent].deadline else { return }
            swap(index, parent)
            index = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count {
                if heap[child].deadline < heap[least].deadline { least = child }
            }
            guard least != index else { return }
            swap(index, least)
            index = least
        }
    }
}

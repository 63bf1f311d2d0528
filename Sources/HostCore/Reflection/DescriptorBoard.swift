import Synchronization

/// The descriptors of what is loaded now: written by the plugins' manager, read by the reflection service.
final class DescriptorBoard: Sendable {
    private let content = Mutex(DescriptorIndex())

    /// What is known now.
    var index: DescriptorIndex { content.withLock { $0 } }

    /// What is known from here on.
    func set(_ index: DescriptorIndex) { content.withLock { $0 = index } }
}

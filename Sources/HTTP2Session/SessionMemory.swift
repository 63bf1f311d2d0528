import CNghttp2
import Glibc

/// Memory for the sessions of one thread. nghttp2 asks for a dozen small pieces a stream; here those that are given back are kept, by size, and
/// handed out again without the system's allocator.
///
/// SAFETY: confined to its thread, as its sessions are. A piece has a header of 16 bytes before it that says which list it belongs to; its memory is
/// freed by the list's bound or with this object, which every session keeps.
public final class SessionMemory {
    private typealias Piece = UnsafeMutableRawPointer

    private static let header = 16
    private static let step = 64
    private static let classes = 16
    private static let large = UInt64.max
    // Pieces of a size that are kept: what a burst needed beyond goes back to the system.
    private static let most = 512

    private let free: UnsafeMutablePointer<Piece?>
    private let kept: UnsafeMutablePointer<Int>

    /// Empty.
    public init() {
        free = .allocate(capacity: Self.classes)
        free.initialize(repeating: nil, count: Self.classes)
        kept = .allocate(capacity: Self.classes)
        kept.initialize(repeating: 0, count: Self.classes)
    }

    deinit {
        for index in 0..<Self.classes {
            while let piece = free[index] {
                free[index] = piece.load(as: Piece?.self)
                Glibc.free(piece - Self.header)
            }
        }
        free.deallocate()
        kept.deallocate()
    }

    /// As nghttp2 has it. This object must outlive what is made with it.
    var functions: nghttp2_mem {
        nghttp2_mem(
            mem_user_data: Unmanaged.passUnretained(self).toOpaque(),
            malloc: { size, owner in SessionMemory.with(owner) { $0.allocate(size) } },
            free: { piece, owner in SessionMemory.with(owner) { $0.release(piece) } },
            calloc: { count, size, owner in SessionMemory.with(owner) { $0.allocateCleared(count, size) } },
            realloc: { piece, size, owner in SessionMemory.with(owner) { $0.reallocate(piece, size) } }
        )
    }

    @inline(__always)
    private static func with<R>(_ owner: UnsafeMutableRawPointer?, _ body: (SessionMemory) -> R) -> R {
        // SAFETY: it is always what `functions` has put there.
        let owner = owner.unsafelyUnwrapped
        return Unmanaged<SessionMemory>.fromOpaque(owner)._withUnsafeGuaranteedRef(body)
    }

    func allocateCleared(_ count: Int, _ size: Int) -> UnsafeMutableRawPointer? {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
        guard !overflow else { return nil }
        return allocate(bytes).map { memset($0, 0, bytes) }
    }

    @inline(__always)
    func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        guard size > 0, size <= Self.classes * Self.step else { return fresh(size, Self.large) }
        let index = (size - 1) / Self.step
        guard let piece = free[index] else { return fresh((index + 1) * Self.step, UInt64(index)) }
        free[index] = piece.load(as: Piece?.self)
        kept[index] -= 1
        return piece
    }

    private func fresh(_ size: Int, _ index: UInt64) -> UnsafeMutableRawPointer? {
        guard let memory = malloc(size + Self.header) else { return nil }
        memory.storeBytes(of: index, as: UInt64.self)
        memory.storeBytes(of: UInt64(size), toByteOffset: 8, as: UInt64.self)
        return memory + Self.header
    }

    @inline(__always)
    func release(_ piece: UnsafeMutableRawPointer?) {
        guard let piece else { return }
        let index = (piece - Self.header).load(as: UInt64.self)
        guard index != Self.large, kept[Int(index)] < Self.most else {
            Glibc.free(piece - Self.header)
            return
        }
        piece.storeBytes(of: free[Int(index)], as: Piece?.self)
        free[Int(index)] = piece
        kept[Int(index)] += 1
    }

    func reallocate(_ piece: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
        guard let piece else { return allocate(size) }
        let before = Int((piece - Self.header).load(fromByteOffset: 8, as: UInt64.self))
        guard before < size else { return piece }
        guard let grown = allocate(size) else { return nil }
        grown.copyMemory(from: piece, byteCount: before)
        release(piece)
        return grown
    }
}

import CStreamHost
import Glibc

/// The peer and the metadata of a call, and the checkpoint at which it goes on, copied as they came in one piece, and read only when asked for.
struct CallHead: Sendable {
    // The peer, then the checkpoint, then names and values.
    private var bytes: [UInt8]
    private var peerCount: UInt32
    // -1: a fresh call.
    private var checkpointCount: Int32
    /// Whether requests may come compressed.
    let mayBeCompressed: Bool
    /// Whether the call came by TLS.
    let isEncrypted: Bool

    init(_ info: sh_call_info) {
        let entries = UnsafeBufferPointer(start: info.metadata, count: info.metadata == nil ? 0 : info.metadata_count)
        let resumed = info.resumed != 0
        let checkpoint = resumed && info.checkpoint.size <= Int(Int32.max) ? info.checkpoint : sh_bytes()
        var size = info.peer.size + checkpoint.size
        for entry in entries { size += 8 + entry.name.size + entry.value.size }
        bytes = [UInt8](unsafeUninitializedCapacity: size) { room, count in
            guard let start = room.baseAddress else { return }
            var cursor = UnsafeMutableRawPointer(start)
            func put(_ view: sh_bytes) {
                if let data = view.data { cursor.copyMemory(from: data, byteCount: view.size) }
                cursor += view.size
            }
            put(info.peer)
            put(checkpoint)
            for entry in entries {
                cursor.storeBytes(of: UInt32(truncatingIfNeeded: entry.name.size), as: UInt32.self)
                cursor.storeBytes(of: UInt32(truncatingIfNeeded: entry.value.size), toByteOffset: 4, as: UInt32.self)
                cursor += 8
                put(entry.name)
                put(entry.value)
            }
            count = size
        }
        peerCount = UInt32(truncatingIfNeeded: info.peer.size)
        mayBeCompressed = info.compressed != 0
        isEncrypted = info.tls != 0
        checkpointCount = resumed ? Int32(truncatingIfNeeded: checkpoint.size) : -1
    }

    var peer: String { String(decoding: bytes[..<Int(peerCount)], as: UTF8.self) }

    /// Whether the call began in another generation.
    var isResumed: Bool { checkpointCount >= 0 }

    /// Where it stood there.
    var checkpoint: ArraySlice<UInt8> { bytes[Int(peerCount)..<metadataStart] }

    private var metadataStart: Int { Int(peerCount) + Int(max(checkpointCount, 0)) }

    var metadata: Metadata {
        var entries: [Metadata.Entry] = []
        forEach { name, value in
            entries.append(Metadata.Entry(name: String(decoding: name, as: UTF8.self), value: Array(value)))
        }
        return Metadata(entries)
    }

    func hasMetadata(prefix: StaticString) -> Bool {
        var found = false
        forEach { name, _ in
            guard !found, let start = name.baseAddress, name.count >= prefix.utf8CodeUnitCount else { return }
            found = memcmp(start, prefix.utf8Start, prefix.utf8CodeUnitCount) == 0
        }
        return found
    }

    private func forEach(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeBytes { bytes in
            var offset = metadataStart
            while offset + 8 <= bytes.count {
                let name = Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                let value = Int(bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
                offset += 8
                body(
                    UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + name)]),
                    UnsafeRawBufferPointer(rebasing: bytes[(offset + name)..<(offset + name + value)])
                )
                offset += name + value
            }
        }
    }
}

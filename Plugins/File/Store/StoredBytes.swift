import Foundation

/// The bytes of a kept file, open for reading.
struct StoredBytes: ~Copyable {
    let file: OpenFile

    /// Fills `data` with exactly that many bytes from that offset; its memory is used again where it has that size
    /// already.
    /// - Throws: also where the file has become shorter.
    func read(into data: inout Data, count: Int, at offset: Int64) throws(DiskError) {
        if data.count > count { data.removeLast(data.count - count) }
        if data.count < count { data.append(Data(count: count - data.count)) }
        try file.readExactly(into: &data, at: offset)
    }
}

import Glibc
import Testing

/// The corpus goes through the fuzz targets in each test run: what was thought of, and what was once found, as it is, cut off as a connection
/// may be, and with bytes changed, the same ones each time.
@Suite struct CorpusTests {
    private static let variants = 16
    private static let corpus = #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/Corpus"

    @Test(arguments: FuzzTarget.all.map(\.name))
    func theCorpusIsReplayed(name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        let seeds = try Self.files(of: "\(Self.corpus)/\(name)")
        #expect(!seeds.isEmpty, "wanted seeds: seeds.py writes them")
        var random = SplitMix(state: 1)
        for seed in seeds {
            seed.withUnsafeBytes { target.run($0) }
            for place in 0..<Self.variants {
                seed[..<(seed.count * place / Self.variants)].withUnsafeBytes { target.run($0) }
            }
            guard !seed.isEmpty else { continue }
            for _ in 0..<Self.variants {
                var changed = seed
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                changed.withUnsafeBytes { target.run($0) }
            }
        }
    }

    private static func files(of folder: String) throws -> [[UInt8]] {
        let directory = try #require(opendir(folder), "wanted the folder \(folder)")
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            names.append(withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        // A folder's own order is another on each machine.
        return try names.filter { !$0.hasPrefix(".") }.sorted().map { name in
            let file = try #require(fopen("\(folder)/\(name)", "r"))
            defer { fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 1 << 20)
            bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
            return bytes
        }
    }
}

/// Sebastiano Vigna's splitmix64: the same numbers on each machine.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

import Testing

@testable import StockPlugin

@Suite struct RandomTests {
    @Test func `SplitMix64 gives the numbers of its source`() {
        // The first outputs of splitmix64.c for the seed 1234567, as other implementations test for them.
        var random = SplitMix64(state: 1_234_567)
        #expect(
            (0..<3).map { _ in random.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            ]
        )
    }

    @Test func `alike seeds give unlike numbers`() {
        var one = Xoshiro256(seed: 1)
        var two = Xoshiro256(seed: 2)
        #expect((0..<100).allSatisfy { _ in one.next() != two.next() })
    }

    @Test func `normal numbers have mean 0 and deviation 1`() {
        var random = Xoshiro256(seed: 5)
        var normal = NormalDistribution()
        let numbers = (0..<20000).map { _ in normal.next(using: &random) }
        let mean = numbers.reduce(0, +) / 20000
        let variance = numbers.map { $0 * $0 }.reduce(0, +) / 20000
        #expect(abs(mean) < 0.02 && abs(variance - 1) < 0.04)
        // 68.3 % lie within one deviation.
        #expect(abs(Double(numbers.count { abs($0) < 1 }) / 20000 - 0.683) < 0.015)
    }
}

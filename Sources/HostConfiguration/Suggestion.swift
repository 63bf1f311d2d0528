/// "Did you mean ...?"
enum Suggestion {
    /// The candidate with the fewest edits from `word`, unless even that one is far away.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        let length = word.utf8.count
        // No known name is as long, and the cost of a comparison grows with the length.
        guard length <= 100 else { return nil }
        let ranked =
            candidates
            .map { candidate in (candidate, distance: distance(word.lowercased(), candidate.lowercased())) }
            // One edit in three letters: with more, short words become any other, such as "path" and "watch".
            .filter { $0.distance <= max(1, length / 3) && $0.distance < length }
        return ranked.min { ($0.distance, $0.0) < ($1.distance, $1.0) }?.0
    }

    /// ` Did you mean "x"?`, or nothing.
    static func question(about word: String, among candidates: [String]) -> String {
        nearest(to: word, among: candidates).map { " Did you mean \"\($0)\"?" } ?? ""
    }

    /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
    static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.utf8)
        let right = Array(right.utf8)
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for (row, leftByte) in left.enumerated() {
            var current = [row + 1]
            for (column, rightByte) in right.enumerated() {
                var cost = min(previous[column + 1] + 1, current[column] + 1)
                cost = min(cost, previous[column] + (leftByte == rightByte ? 0 : 1))
                if row > 0, column > 0, leftByte == right[column - 1], left[row - 1] == rightByte {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current.append(cost)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[right.count]
    }
}

/// Columns side by side, each as wide as its widest cell.
struct Table {
    struct Column {
        let title: String
        let right: Bool

        /// Text: from the left.
        static func text(_ title: String) -> Column { Column(title: title, right: false) }
        /// Numbers: to the right, so that their digits stand below each other.
        static func number(_ title: String) -> Column { Column(title: title, right: true) }
    }

    let columns: [Column]
    private(set) var rows: [[String]] = []

    init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row; what is missing is empty.
    mutating func add(_ cells: [String]) {
        rows.append(columns.indices.map { $0 < cells.count ? Printable.line(cells[$0]) : "" })
    }

    /// The title and the rows, without blanks at their ends.
    var lines: [String] {
        let widths = columns.indices.map { index in rows.map { $0[index].count }.reduce(columns[index].title.count, max) }
        return ([columns.map(\.title)] + rows).map { cells in
            let padded = columns.indices.map { index in
                let blanks = String(repeating: " ", count: widths[index] - cells[index].count)
                return columns[index].right ? blanks + cells[index] : cells[index] + blanks
            }
            let line = padded.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}

/// Which plugins of two configurations are the same: by name where both have one, by path where one has none.
struct PluginMatch {
    typealias Plugin = HostConfiguration.Plugin

    var removed: [Plugin] = []
    var kept: [(before: Plugin, after: Plugin)] = []
    var added: [Plugin] = []

    init(_ before: [Plugin], _ after: [Plugin]) {
        // Names first: a library may have moved to where another one was.
        var partners = [Int?](repeating: nil, count: before.count)
        Self.pair(before, after, &partners) { old, new in old.name != nil && old.name == new.name }
        Self.pair(before, after, &partners) { old, new in
            (old.name == nil || new.name == nil) && old.isSameLibrary(as: new)
        }
        for (index, plugin) in before.enumerated() {
            if let partner = partners[index] {
                kept.append((plugin, after[partner]))
            } else {
                removed.append(plugin)
            }
        }
        added = after.indices.filter { !partners.contains($0) }.map { after[$0] }
    }

    /// Finds a partner for each plugin that has none yet.
    private static func pair(
        _ before: [Plugin],
        _ after: [Plugin],
        _ partners: inout [Int?],
        where areSame: (Plugin, Plugin) -> Bool
    ) {
        for index in before.indices where partners[index] == nil {
            partners[index] = after.indices.first { candidate in
                !partners.contains(candidate) && areSame(before[index], after[candidate])
            }
        }
    }
}

@testable import HostConfiguration

func fuzzConfiguration(_ bytes: UnsafeRawBufferPointer) {
    let file = ConfigurationFile(name: "hostconfig.json", bytes: Array(bytes))
    do throws(ConfigurationError) {
        _ = try HostConfiguration.join(file, [:], FlagOverrides())
    } catch {
        holds(!error.description.isEmpty, "a refusal says why")
    }
}

func fuzzListenAddress(_ bytes: UnsafeRawBufferPointer) {
    let text = String(decoding: bytes, as: UTF8.self)
    do throws(ListenAddress.ParseError) {
        let address = try ListenAddress.parse(text)
        holds((try? ListenAddress.parse(address.description)) == address, "what is written is read as it was")
    } catch {
        holds(!error.message.isEmpty, "a refusal says why")
    }
}

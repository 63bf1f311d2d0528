import Foundation
import GRPCWire
import StandardAPI
import SwiftProtobuf

extension DescriptorIndex {
    /// The answer to a question.
    func answer(_ question: Grpc_Reflection_V1_ServerReflectionRequest) -> Grpc_Reflection_V1_ServerReflectionResponse {
        .with {
            $0.validHost = question.host
            $0.originalRequest = question
            $0.messageResponse = response(question.messageRequest)
        }
    }

    private typealias Response = Grpc_Reflection_V1_ServerReflectionResponse.OneOf_MessageResponse

    private func response(_ question: Grpc_Reflection_V1_ServerReflectionRequest.OneOf_MessageRequest?) -> Response {
        switch question {
        case .fileByFilename(let name):
            return answer(files(named: name), or: "found no file \"\(name)\"")
        case .fileContainingSymbol(let symbol):
            return answer(files(declaring: symbol), or: "found no symbol \"\(symbol)\"")
        case .fileContainingExtension(let wanted):
            let (type, number) = (wanted.containingType, wanted.extensionNumber)
            return answer(files(extending: type, number), or: "found no extension \(number) of \"\(type)\"")
        case .allExtensionNumbersOfType(let type):
            guard let numbers = extensionNumbers(of: type) else { return error(.notFound, "found no type \"\(type)\"") }
            return .allExtensionNumbersResponse(
                .with {
                    $0.baseTypeName = type
                    $0.extensionNumber = numbers
                }
            )
        case .listServices:
            return .listServicesResponse(.with { $0.service = services.map { name in .with { $0.name = name } } })
        case nil:
            return error(.invalidArgument, "found no question; wanted one of those of grpc.reflection.v1.ServerReflectionRequest")
        }
    }

    private func answer(_ files: [Data], or reason: String) -> Response {
        files.isEmpty ? error(.notFound, reason) : .fileDescriptorResponse(.with { $0.fileDescriptorProto = files })
    }

    private func error(_ code: StatusCode, _ message: String) -> Response {
        .errorResponse(
            .with {
                $0.errorCode = Int32(code.rawValue)
                $0.errorMessage = message
            }
        )
    }
}

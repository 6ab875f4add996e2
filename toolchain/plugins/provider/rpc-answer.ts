import { type handleUnaryCall, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { PartlyCreated } from "./definition";
import { toStruct } from "./wire";

/** Answers one gRPC call with what `answer` returns or throws. */
export function unary<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
  describe: (error: Error, request: Request) => Partial<ServiceError>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => answer(call.request))
      .then(
        (response) => callback(null, response),
        (error: Error) => callback(describe(error, call.request)),
      );
  };
}

/** The gRPC form of an error; a half-made resource goes along, so that the engine keeps it in the state. */
export function rpcFailure(error: Error, text: string): Partial<ServiceError> {
  if (!(error instanceof PartlyCreated)) return { code: status.UNKNOWN, details: text };
  const failed = new ErrorResourceInitFailed();
  failed.setId(error.live.id);
  failed.setProperties(toStruct(error.live.outputs));
  failed.setReasonsList([error.message]);
  const any = new Any();
  any.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const details = new Status();
  details.setCode(status.UNKNOWN);
  details.setMessage(text);
  details.addDetails(any);
  const metadata = new Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(details.serializeBinary()));
  return { code: status.UNKNOWN, details: text, metadata };
}

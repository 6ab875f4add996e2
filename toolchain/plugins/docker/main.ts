import { main } from "../provider/serve-provider";
import { dockerProvider } from "./docker-provider";

void main(dockerProvider);

import { main } from "../provider/serve-provider";
import { pulumiserviceProvider } from "./pulumiservice-provider";

void main(pulumiserviceProvider);

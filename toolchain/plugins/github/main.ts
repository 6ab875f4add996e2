import { main } from "../provider/serve-provider";
import { gitHubProvider } from "./github-provider";

void main(gitHubProvider);

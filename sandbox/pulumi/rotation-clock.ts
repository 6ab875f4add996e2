import { randomUUID } from "node:crypto";
import type { Cloud } from "./cloud";
import { stepsOf } from "./property-path";
import { rotateSecrets } from "./rotation";
import { nextRun } from "./schedule-times";
import type { Environment, Organization, Schedule } from "./state";

/** Milliseconds between looks at the schedules; they are made of minutes. */
const LOOK_MS = 20_000;

/** Runs the rotation schedules when they are due. */
export class RotationClock {
  private readonly timer: NodeJS.Timeout;
  private running = Promise.resolve();

  /** @param cloud asked late: it is made together with its clock. */
  constructor(private readonly cloud: () => Cloud) {
    // What a run could not do is in the environment's history, or will be tried again at the next look.
    this.timer = setInterval(() => void this.run(new Date()).catch(() => undefined), LOOK_MS);
    this.timer.unref();
  }

  /**
   * Runs every schedule that is due at a time, one after another.
   * @returns the environments whose schedules ran, `organization/project/name`
   */
  run(at: Date): Promise<string[]> {
    const ran = this.running.then(() => this.runDue(at));
    this.running = ran.then(
      () => undefined,
      () => undefined,
    );
    return ran;
  }

  /** Ends the timer and waits for a rotation that is running. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** Resolves when no rotation is running. */
  idle(): Promise<void> {
    return this.running;
  }

  private async runDue(at: Date): Promise<string[]> {
    const ran: string[] = [];
    for (const { organization, environment, schedule } of this.due(at)) {
      await this.runOne(organization, environment, schedule, at);
      ran.push(`${organization.name}/${environment.project}/${environment.name}`);
    }
    return ran;
  }

  private due(at: Date) {
    const organizations = Object.values(this.cloud().state.organizations);
    return organizations.flatMap((organization) =>
      Object.values(organization.environments).flatMap((environment) =>
        Object.values(environment.schedules)
          .filter(
            ({ paused, nextExecution }) =>
              !paused && nextExecution !== undefined && new Date(nextExecution) <= at,
          )
          .map((schedule) => ({ organization, environment, schedule })),
      ),
    );
  }

  private async runOne(
    organization: Organization,
    environment: Environment,
    schedule: Schedule,
    at: Date,
  ): Promise<void> {
    const executed = new Date().toISOString();
    const path = schedule.environmentPath ?? "";
    // Who changes an environment needs the right on what its rotators use (checked then); the schedule has them all.
    const principal = {
      kind: "organization" as const,
      login: "rotation-schedule",
      organization: organization.name,
      admin: true,
    };
    const result = await rotateSecrets({
      cloud: this.cloud(),
      principal,
      organization,
      environment,
      paths: path === "" ? [] : [stepsOf(path)],
      scheduledActionID: schedule.id,
    }).then(
      ({ status }) => status,
      () => "failed" as const, // an environment that is broken by now must not stop the others' schedules
    );
    schedule.executions = [...(schedule.executions ?? []), { id: randomUUID(), executed, result }];
    schedule.lastExecuted = executed;
    schedule.nextExecution = nextRun(schedule, at);
    this.cloud().save();
  }
}
